// SPDX-License-Identifier: MIT
import "../search.test.js";
