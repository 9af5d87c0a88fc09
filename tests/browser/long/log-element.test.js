// SPDX-License-Identifier: MIT
import "../log-element.test.js";
