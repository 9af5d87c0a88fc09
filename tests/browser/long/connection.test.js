// SPDX-License-Identifier: MIT
import "../connection.test.js";
