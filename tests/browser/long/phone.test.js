// SPDX-License-Identifier: MIT
import "../phone.test.js";
