/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.scsi.device.CommandTable;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** An initiator that sees one unit, as LUN 0, and commands it through the device server. */
final class Initiator implements LunInventory {

  static final byte[] NOTHING = new byte[0];
  static final long ISID = 0x8000_1234_5678L;

  private final DeviceServer server;
  private final MappedUnit mapped;
  private final Nexus nexus;
  private final List<Runnable> aborts = new ArrayList<>();

  Initiator(LogicalUnit unit, String name) {
    this(unit, name, false);
  }

  Initiator(LogicalUnit unit, String name, boolean readOnly) {
    this(unit, name, readOnly, CommandSet.blockDevice());
  }

  Initiator(LogicalUnit unit, String name, boolean readOnly, CommandTable commands) {
    server = new DeviceServer(commands);
    mapped = new MappedUnit(unit, readOnly);
    nexus = new Nexus(mapped, new InitiatorPort(name, ISID), 1, aborts::add);
    unit.attach(nexus);
  }

  /** An iSCSI TransportID in format 01b, or 00b if the name has no ISID. */
  static byte[] transportId(String name) {
    byte[] text = name.getBytes(StandardCharsets.US_ASCII);
    byte[] id = Arrays.copyOf(new byte[] {0x05, 0}, Math.max(24, 4 + (text.length + 4) / 4 * 4));
    if (name.contains(",i,0x")) {
      id[0] = 0x45;
    }
    id[3] = (byte) (id.length - 4);
    System.arraycopy(text, 0, id, 4, text.length);
    return id;
  }

  /** The TransportID of its own port. */
  byte[] transportId() {
    return transportId(nexus.port().name());
  }

  /** Bytes from a format of hexadecimal digits; blanks are ignored. */
  static byte[] hex(String format, Object... arguments) {
    String digits = String.format(Locale.ROOT, format, arguments).replace(" ", "");
    return HexFormat.of().parseHex(digits);
  }

  /** Sends a command without data-out, written as hexadecimal digits. */
  TestTask send(String format, Object... arguments) {
    return send(NOTHING, format, arguments);
  }

  TestTask send(byte[] data, String format, Object... arguments) {
    return new TestTask(hex(format, arguments), this, nexus).execute(server, data);
  }

  /** Sends a command to a LUN that it does not see. */
  TestTask sendAstray(String format, Object... arguments) {
    return new TestTask(hex(format, arguments), this, null).execute(server, NOTHING);
  }

  TestTask send(byte[] cdb, byte[] data) {
    return new TestTask(cdb, this, nexus).execute(server, data);
  }

  Nexus nexus() {
    return nexus;
  }

  MappedUnit mapped() {
    return mapped;
  }

  /** Demands to abort its tasks; running one says that they are gone. */
  List<Runnable> aborts() {
    return aborts;
  }

  @Override
  public int[] luns() {
    return new int[] {0, 255, 256};
  }

  @Override
  public Nexus nexus(int lun) {
    return lun == 0 ? nexus : null;
  }

  @Override
  public List<TargetPort> targetPorts() {
    return List.of(
        new TargetPort(1, 1, "iqn.2026-01.example:t,t,0x0001"),
        new TargetPort(2, 2, "iqn.2026-01.example:t,t,0x0002"));
  }

  @Override
  public String targetName() {
    return "iqn.2026-01.example:t";
  }
}
