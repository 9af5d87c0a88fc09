// SPDX-License-Identifier: MIT
import "../yesterday.test.js";
