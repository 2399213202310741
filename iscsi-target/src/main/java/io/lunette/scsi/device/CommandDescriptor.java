/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.device;

import io.lunette.scsi.Cdb;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * A row of the command table: what a command looks like, what it needs, who carries it out.
 *
 * <p>The usage mask has the length of the CDB and a one for each bit that the device server
 * evaluates (SPC-4 §6.35.3, CDB USAGE DATA). A bit outside it must be zero.
 */
public final class CommandDescriptor {

  /** For a command that is not told apart by a service action. */
  public static final int NO_SERVICE_ACTION = -1;

  final int opcode;
  final int serviceAction;
  final String name;
  final byte[] usage;
  final Access access;
  final CommandHandler handler;
  final boolean withoutUnit;
  final boolean whileSanitizing;
  final boolean afterFailedSanitize;
  final boolean needsMedium;
  final ToLongFunction<ScsiTask> dataOutBytes;
  private final Predicate<LogicalUnit> offered;
  private final Predicate<Cdb> harmless;
  private final int recommendedTimeoutSeconds;

  private CommandDescriptor(Builder builder) {
    opcode = builder.opcode;
    serviceAction = builder.serviceAction;
    name = builder.name;
    usage = builder.usage;
    access = builder.access;
    handler = Objects.requireNonNull(builder.handler, builder.name);
    withoutUnit = builder.withoutUnit;
    whileSanitizing = builder.whileSanitizing;
    afterFailedSanitize = builder.afterFailedSanitize;
    needsMedium = builder.needsMedium || access.changesMedium() || access == Access.READ;
    dataOutBytes = builder.dataOutBytes;
    offered = builder.offered;
    harmless = builder.harmless;
    recommendedTimeoutSeconds = builder.recommendedTimeoutSeconds;
  }

  /** Whether that unit knows the command at all. */
  public boolean isOfferedBy(LogicalUnit unit) {
    return offered.test(unit);
  }

  /** How persistent reservations see this form of the command. */
  Access accessOf(Cdb cdb) {
    return harmless != null && harmless.test(cdb) ? Access.STATUS : access;
  }

  public int opcode() {
    return opcode;
  }

  public int serviceAction() {
    return serviceAction;
  }

  public String name() {
    return name;
  }

  public int cdbBytes() {
    return usage.length;
  }

  /**
   * For how long an initiator should wait before it asks what has become of the command (SPC-4
   * §6.35.4, RECOMMENDED COMMAND TIMEOUT); 0 if nothing can be said.
   */
  public int recommendedTimeoutSeconds() {
    return recommendedTimeoutSeconds;
  }

  /** A copy of the usage mask. */
  public byte[] usage() {
    return usage.clone();
  }

  /**
   * Begins a row. The mask is written as hexadecimal digits, two for each byte of the CDB, opcode
   * first; blanks are ignored.
   */
  public static Builder of(int opcode, String name, String usageHex) {
    return new Builder(opcode, NO_SERVICE_ACTION, name, usageHex);
  }

  /** Begins a row of a command with a service action. */
  public static Builder of(int opcode, int serviceAction, String name, String usageHex) {
    return new Builder(opcode, serviceAction, name, usageHex);
  }

  /** Collects what a row says. */
  public static final class Builder {
    private final int opcode;
    private final int serviceAction;
    private final String name;
    private final byte[] usage;
    private Access access = Access.STATUS;
    private CommandHandler handler;
    private boolean withoutUnit;
    private boolean whileSanitizing;
    private boolean afterFailedSanitize;
    private boolean needsMedium;
    private ToLongFunction<ScsiTask> dataOutBytes;
    private Predicate<LogicalUnit> offered = unit -> true;
    private Predicate<Cdb> harmless;
    private int recommendedTimeoutSeconds = 30;

    private Builder(int opcode, int serviceAction, String name, String usageHex) {
      this.opcode = opcode;
      this.serviceAction = serviceAction;
      this.name = name;
      this.usage = java.util.HexFormat.of().parseHex(usageHex.replace(" ", ""));
    }

    /** How reservations and write protection see it; {@link Access#STATUS} if not said. */
    public Builder access(Access value) {
      access = value;
      return this;
    }

    /** Forms of it that conflict with no persistent reservation, whatever its access is. */
    public Builder harmlessIf(Predicate<Cdb> forms) {
      harmless = forms;
      return this;
    }

    /** It answers for a LUN that is not mapped too, and leaves unit attentions pending. */
    public Builder withoutUnit() {
      withoutUnit = true;
      return this;
    }

    /** It runs while the unit is sanitized (SBC-3 §4.11.2). */
    public Builder whileSanitizing() {
      whileSanitizing = true;
      return this;
    }

    /** It runs when the last SANITIZE has failed (SBC-3 §4.11.4). */
    public Builder afterFailedSanitize() {
      afterFailedSanitize = true;
      return this;
    }

    /** It needs the medium though it neither reads nor writes it; those that do need not say so. */
    public Builder needsMedium() {
      needsMedium = true;
      return this;
    }

    /** Which units know the command; all do if nothing is said. */
    public Builder offeredBy(Predicate<LogicalUnit> units) {
      offered = units;
      return this;
    }

    /** How many bytes of data-out the command asks for. */
    public Builder dataOut(ToLongFunction<ScsiTask> bytes) {
      dataOutBytes = bytes;
      return this;
    }

    /** Other than the 30 seconds of most commands; 0 for how long it takes nobody knows. */
    public Builder recommendedTimeout(int seconds) {
      recommendedTimeoutSeconds = seconds;
      return this;
    }

    /** Who carries it out; ends the row. */
    public CommandDescriptor by(CommandHandler value) {
      handler = value;
      return new CommandDescriptor(this);
    }
  }
}
