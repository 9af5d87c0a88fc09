// SPDX-License-Identifier: MIT
import "../columns.test.js";
