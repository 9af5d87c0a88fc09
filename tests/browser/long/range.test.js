// SPDX-License-Identifier: MIT
import "../range.test.js";
