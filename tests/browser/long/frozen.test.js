// SPDX-License-Identifier: MIT
import "../frozen.test.js";
