/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.command;

import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.scsi.copy.CopyManager;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A target of several units, and hosts that see some of them, with a clock that the test moves. Its
 * copies run on the threads of the devices' completions unless the test says otherwise.
 */
final class CopyBench {

  static final long MIB = 1 << 20;

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final DeviceServer server;
  private int units;

  CopyBench() {
    this(Runnable::run);
  }

  CopyBench(Executor threads) {
    server =
        new DeviceServer(
            CommandSet.blockDevice(new CopyManager(threads, new SecureRandom(), nanos::get)));
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** A unit on a device that ends its operations inline. */
  Unit unit(long sizeBytes, int blockBytes) {
    return new Unit(MemoryBlockDevice.inline(sizeBytes, blockBytes));
  }

  /** A unit on a device whose operations end on an executor. */
  Unit unit(Executor completions) {
    return new Unit(MemoryBlockDevice.on(completions, 8 * MIB, 512));
  }

  Host host(String name) {
    return new Host("iqn.2026-01.example:" + name);
  }

  /** A unit and its device. */
  final class Unit {
    final MemoryBlockDevice device;
    final LogicalUnit unit;

    Unit(MemoryBlockDevice device) {
      this.device = device;
      this.unit = new LogicalUnit(device, new UUID(7, units++));
    }

    int block() {
      return unit.blockBytes();
    }

    byte[] blocks(long lba, int count) {
      return device.bytes(lba * block(), count * block());
    }

    /** Fills blocks with bytes that depend on a seed; returns them. */
    byte[] fill(long lba, int count, int seed) {
      byte[] bytes = TestUnit.pattern(count * block(), seed);
      device.fill(lba * block(), bytes);
      return bytes;
    }
  }

  /** An initiator port with its own LUN map. */
  final class Host implements LunInventory {
    private final String name;
    private final TreeMap<Integer, Nexus> luns = new TreeMap<>();

    Host(String name) {
      this.name = name;
    }

    Host sees(int lun, Unit unit) {
      return map(lun, unit, false);
    }

    Host seesReadOnly(int lun, Unit unit) {
      return map(lun, unit, true);
    }

    private Host map(int lun, Unit unit, boolean readOnly) {
      MappedUnit mapped = new MappedUnit(unit.unit, readOnly);
      InitiatorPort port = new InitiatorPort(name, Initiator.ISID);
      Nexus nexus = new Nexus(mapped, port, 1, Runnable::run);
      unit.unit.attach(nexus);
      luns.put(lun, nexus);
      return this;
    }

    /** What a session that has ended leaves: the mapping is still there, the nexus is not. */
    void leaves(int lun) {
      Nexus nexus = luns.remove(lun);
      nexus.unit().detach(nexus);
    }

    /** Takes the unit away; returns when no I/O of this mapping is under way. */
    void loses(int lun) {
      Nexus nexus = luns.remove(lun);
      nexus.unit().detach(nexus);
      nexus.mapped().shut();
    }

    TestTask send(int lun, byte[] data, String format, Object... arguments) {
      byte[] cdb = Initiator.hex(format, arguments);
      return new TestTask(cdb, this, luns.get(lun)).execute(server, data);
    }

    TestTask send(int lun, String format, Object... arguments) {
      return send(lun, Initiator.NOTHING, format, arguments);
    }

    /** Sends a command by a session that has no memory left to lend. */
    TestTask sendPoor(int lun, byte[] data, String format, Object... arguments) {
      byte[] cdb = Initiator.hex(format, arguments);
      return new TestTask(cdb, this, luns.get(lun)).poor().execute(server, data);
    }

    TestTask copy(int lun, CopyLists list) {
      byte[] bytes = list.bytes();
      return send(
          lun, bytes, "83 %02X 0000000000000000 %08X 00 00", list.serviceAction(), bytes.length);
    }

    TestTask populate(int lun, int listId, byte[] list) {
      return send(lun, list, "83 10 00000000 %08X %08X 00 00", listId, list.length);
    }

    TestTask writeUsingToken(int lun, int listId, byte[] list) {
      return send(lun, list, "83 11 00000000 %08X %08X 00 00", listId, list.length);
    }

    TestTask tokenInformation(int lun, int listId) {
      return send(lun, "84 07 %08X 00000000 %08X 00 00", listId, 1024);
    }

    /** The NAA designator of a unit as page 83h shows it, ready for a CSCD descriptor. */
    byte[] designator(int lun) {
      ByteBuffer page = send(lun, "12 01 83 03FF 00").reply();
      for (int at = 4; at < page.limit(); at += 4 + (page.get(at + 3) & 0xFF)) {
        if (page.get(at + 1) == 3) {
          return Arrays.copyOfRange(page.array(), at, at + 4 + (page.get(at + 3) & 0xFF));
        }
      }
      throw new AssertionError("no NAA designator");
    }

    Nexus nexusOf(int lun) {
      return luns.get(lun);
    }

    @Override
    public int[] luns() {
      return luns.keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public Nexus nexus(int lun) {
      return luns.get(lun);
    }

    @Override
    public List<TargetPort> targetPorts() {
      return List.of(new TargetPort(1, 1, targetName() + ",t,0x0001"));
    }

    @Override
    public String targetName() {
      return "iqn.2026-01.example:t";
    }
  }
}
