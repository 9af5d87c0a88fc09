// SPDX-License-Identifier: MIT
import "../filtering.test.js";
