// SPDX-License-Identifier: MIT
import "../ansi.test.js";
