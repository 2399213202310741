/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Benchmarks: {@code lunette bench}. {@code replica} measures how replicas are made, beside what
 * else makes them; {@code iscsi} puts load on any target, {@code peer} on ours beside others;
 * {@code jmh} holds the micro-benchmarks; {@code report} prints.
 */
package io.lunette.bench;
