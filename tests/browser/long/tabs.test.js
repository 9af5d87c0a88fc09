// SPDX-License-Identifier: MIT
import "../tabs.test.js";
