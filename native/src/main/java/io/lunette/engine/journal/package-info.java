/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The journal: a ring of frames on the device that says which words of which trees changed since
 * the last checkpoint.
 */
package io.lunette.engine.journal;
