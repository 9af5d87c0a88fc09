// SPDX-License-Identifier: MIT
import "../records.test.js";
