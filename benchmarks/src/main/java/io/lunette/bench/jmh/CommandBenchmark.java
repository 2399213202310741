/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.jmh;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.command.CommandSet;
import io.lunette.scsi.device.DeviceServer;
import io.lunette.scsi.device.InitiatorPort;
import io.lunette.scsi.device.LogicalUnit;
import io.lunette.scsi.device.LunInventory;
import io.lunette.scsi.device.MappedUnit;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ScsiTask;
import io.lunette.scsi.device.TargetPort;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One command through the device server, its checks and its handler, on a device that is idle. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CommandBenchmark {

  /** Which command. */
  public enum Command {
    TEST_UNIT_READY("000000000000"),
    INQUIRY("120000006000"),
    READ_10_OF_4_KIB("28000000080000000800"),
    READ_16_OF_4_KIB("88000000000000000800000000080000"),
    WRITE_10_OF_4_KIB("2a000000080000000800"),
    NOT_A_COMMAND("ff000000000000000000");

    private final byte[] cdb;

    Command(String cdb) {
      this.cdb = Arrays.copyOf(HexFormat.of().parseHex(cdb), 16);
    }
  }

  /** The command. */
  @Param public Command command;

  private final DeviceServer server = new DeviceServer(CommandSet.blockDevice());
  private final Task task = new Task();
  private final Sight sight = new Sight();

  /** An initiator with one unit. */
  private static final class Sight implements LunInventory {

    private final Nexus nexus;

    Sight() {
      LogicalUnit unit = new LogicalUnit(new IdleDevice(), UUID.randomUUID());
      nexus =
          new Nexus(
              new MappedUnit(unit, false),
              new InitiatorPort("iqn.2026-11.io.lunette:bench", 1),
              1,
              Runnable::run);
      unit.attach(nexus);
    }

    @Override
    public int[] luns() {
      return new int[] {0};
    }

    @Override
    public Nexus nexus(int lun) {
      return lun == 0 ? nexus : null;
    }

    @Override
    public List<TargetPort> targetPorts() {
      return List.of(new TargetPort(1, 1, "iqn.2026-11.io.lunette:target,t,0x0001"));
    }

    @Override
    public String targetName() {
      return "iqn.2026-11.io.lunette:target";
    }
  }

  /** A command whose data goes nowhere. */
  private static final class Task extends ScsiTask {

    private final ByteBuffer data = ByteBuffer.allocateDirect(1 << 16);
    private Outcome outcome;

    void load(Command command, Sight sight) {
      outcome = null;
      cdb().load(command.cdb, 0);
      address(sight, sight.nexus);
    }

    @Override
    public ByteBuffer dataOut() {
      return data.clear().limit(4096);
    }

    @Override
    public long expectedDataOut() {
      return 4096;
    }

    @Override
    public ByteBuffer dataIn(int bytes) {
      return data.clear().limit(bytes);
    }

    @Override
    public ByteBuffer scratch(int bytes) {
      return data.clear().limit(bytes);
    }

    @Override
    public Lease lease(int bytes) {
      return null;
    }

    @Override
    protected void ended(Outcome result) {
      outcome = result;
    }
  }

  /** Takes the unit attention of a new nexus, so that every command is carried out. */
  @Setup
  public void attend() {
    while (sight.nexus.takeAttention() != null) {
      task.load(command, sight);
    }
    boolean good = execute() == Outcome.GOOD;
    if (good == (command == Command.NOT_A_COMMAND)) {
      throw new IllegalStateException(command + " ended in " + task.outcome);
    }
  }

  /** Executes it. */
  @Benchmark
  public Outcome execute() {
    task.load(command, sight);
    server.execute(task);
    return task.outcome;
  }
}
