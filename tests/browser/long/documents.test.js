// SPDX-License-Identifier: MIT
import "../documents.test.js";
