/* SPDX-License-Identifier: Apache-2.0 */
/** SMI-S: a driver for foreign arrays, and Lunette itself as an array. */
package io.lunette.smis;
