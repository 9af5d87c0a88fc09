// SPDX-License-Identifier: MIT
import "../dropins.test.js";
