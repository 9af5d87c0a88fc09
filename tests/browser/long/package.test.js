// SPDX-License-Identifier: MIT
import "../package.test.js";
