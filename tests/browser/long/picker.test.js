// SPDX-License-Identifier: MIT
import "../picker.test.js";
