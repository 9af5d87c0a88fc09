// SPDX-License-Identifier: MIT
import "../truth.test.js";
