// SPDX-License-Identifier: MIT
import "../a11y.test.js";
