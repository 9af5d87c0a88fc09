// SPDX-License-Identifier: MIT
import "../watch.test.js";
