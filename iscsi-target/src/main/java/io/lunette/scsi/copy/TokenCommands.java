/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.device.Access;
import io.lunette.scsi.device.CommandDescriptor;
import io.lunette.scsi.device.CopyLimits;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.MediumAccess;
import io.lunette.scsi.device.Nexus;
import io.lunette.scsi.device.ScsiTask;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** POPULATE TOKEN (SBC-3 §5.19) and WRITE USING TOKEN (SBC-3 §5.47). */
final class TokenCommands {

  static final int POPULATE_TOKEN = 0x10;
  static final int WRITE_USING_TOKEN = 0x11;

  private static final String USAGE = "83 1F 00 00 00 00 FF FF FF FF FF FF FF FF 1F 00";
  private static final long LIFETIME_NANOS =
      TimeUnit.SECONDS.toNanos(CopyLimits.TOKEN_LIFETIME_SECONDS);

  private final Executor threads;
  private final RodTokens tokens;
  private final SecureRandom random;

  TokenCommands(Executor threads, RodTokens tokens, SecureRandom random) {
    this.threads = threads;
    this.tokens = tokens;
    this.random = random;
  }

  List<CommandDescriptor> rows() {
    return List.of(
        CommandDescriptor.of(0x83, POPULATE_TOKEN, "POPULATE TOKEN", USAGE)
            .access(Access.READ)
            .dataOut(task -> task.cdb().u32(10))
            .by(this::populate),
        CommandDescriptor.of(0x83, WRITE_USING_TOKEN, "WRITE USING TOKEN", USAGE)
            .access(Access.CONTROL)
            .recommendedTimeout(0)
            .dataOut(task -> task.cdb().u32(10))
            .by(this::write));
  }

  private static CopyOperation operation(ScsiTask task, int serviceAction, boolean background) {
    return new CopyOperation(
        new CopyOperation.Origin(
            task.nexus().port(),
            Optional.of(task.cdb().u32(6)),
            serviceAction,
            background,
            task.unit().blockBytes()));
  }

  private Outcome populate(ScsiTask task) {
    return TokenRequest.read(task.unit(), task.dataOut().slice(), task.cdb().u32(10))
        .then(request -> populate(task, request));
  }

  private Outcome populate(ScsiTask task, TokenRequest request) {
    Nexus nexus = task.nexus();
    CopyOperation operation = operation(task, POPULATE_TOKEN, request.background());
    Outcome refusal = nexus.unit().copies().begin(operation, nexus);
    if (refusal != null) {
      return refusal;
    }
    MediumAccess access = MediumAccess.open(nexus);
    if (access == null) {
      nexus.unit().copies().end(operation, nexus, Sense.LUN_NOT_SUPPORTED, false);
      return Sense.LUN_NOT_SUPPORTED;
    }
    long represented = BlockRanges.sum(request.ranges()) * access.blockBytes();
    byte[] bytes =
        RodTokenLayout.create(
            request.type(),
            nexus.unit(),
            new CscdDirectory(nexus, task.inventory()).naaOfOwnUnit(),
            task.inventory().targetName(),
            represented,
            random);
    access.alone(
        () -> {
          Outcome outcome = create(access, request, bytes, operation);
          access.close();
          nexus.unit().copies().end(operation, nexus, outcome, false);
          if (!request.background()) {
            task.end(outcome);
          }
        });
    return request.background() ? Outcome.GOOD : Outcome.LATER;
  }

  /** No write is under way, so the blocks are what they are until the token hears of one. */
  private Outcome create(
      MediumAccess access, TokenRequest request, byte[] bytes, CopyOperation operation) {
    Outcome refusal = operation.isStopping() ? Outcome.TASK_ABORTED : access.refusal(Access.READ);
    if (refusal != null) {
      return refusal;
    }
    RodToken token =
        new RodToken(
            bytes,
            access.nexus(),
            request.ranges(),
            TimeUnit.SECONDS.toNanos(request.inactivitySeconds()),
            LIFETIME_NANOS,
            tokens.now());
    tokens.add(token);
    operation.created(bytes);
    operation.progress(0, token.representedBytes(), 0);
    return Outcome.GOOD;
  }

  private Outcome write(ScsiTask task) {
    return TokenWrite.read(task.unit(), task.dataOut().slice(), task.cdb().u32(10))
        .then(request -> write(task, request));
  }

  private Outcome write(ScsiTask task, TokenWrite request) {
    int type = RodTokenLayout.type(request.token());
    if (type == RodTokenLayout.ZERO) {
      return start(task, request, null);
    }
    if (type != RodTokenLayout.DEFAULT_TYPE && type != RodTokenLayout.CHANGE_VULNERABLE) {
      return Sense.UNSUPPORTED_TOKEN_TYPE;
    }
    ByteBuffer bytes = request.token();
    return tokens.use(bytes).then(token -> start(task, request, token));
  }

  private Outcome start(ScsiTask task, TokenWrite request, RodToken token) {
    CopyOperation operation = operation(task, WRITE_USING_TOKEN, request.background());
    Parsed<ScsiTask.Lease> memory = reserve(task, operation, request, token);
    if (token != null && memory instanceof Parsed.Answered<ScsiTask.Lease>) {
      token.leave(tokens.now());
    }
    return memory.then(
        lease ->
            new TokenWriteJob(threads, task, operation, lease, request, tokens, token).start());
  }

  private static Parsed<ScsiTask.Lease> reserve(
      ScsiTask task, CopyOperation operation, TokenWrite request, RodToken token) {
    boolean outside =
        token != null && !TokenWriteJob.startsInside(request, token, task.unit().blockBytes());
    return outside
        ? new Parsed.Answered<>(Sense.INVALID_FIELD_IN_PARAMETERS.atParameter(TokenWrite.OFFSET))
        : CopyJob.reserve(task, operation, TokenWriteJob.scratchBytes(request, operation, token));
  }
}
