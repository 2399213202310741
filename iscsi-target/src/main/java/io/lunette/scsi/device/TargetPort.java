/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

/**
 * A SCSI target port of the device: in iSCSI, a target node in one portal group (RFC 7143 §4.4.2).
 *
 * @param relativeId relative target port identifier (SPC-4 §4.5.5), from 1
 * @param groupTag portal group tag, which is also the target port group: its ports are alike
 * @param name the iSCSI name and portal group tag
 */
public record TargetPort(int relativeId, int groupTag, String name) {}
