/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import io.lunette.scsi.Sense;
import io.lunette.scsi.copy.CopyFailure.Side;
import io.lunette.scsi.device.CopyOperation;
import io.lunette.scsi.device.MediumAccess;
import io.lunette.scsi.device.ScsiTask;
import java.util.concurrent.Executor;

/**
 * Carries out the segments of an EXTENDED COPY one after the other (SPC-4 §5.17.7.2): what one
 * writes, the next may read. What goes wrong is told as §5.17.7.4 says.
 */
final class ExtendedCopyJob extends CopyJob {

  private static final int LARGEST_BLOCK = 4096;

  private final CopyList list;
  private final CscdDirectory directory;
  private int index;
  private long bytesBefore;

  ExtendedCopyJob(
      Executor threads,
      ScsiTask task,
      CopyOperation operation,
      ScsiTask.Lease lease,
      CopyList list) {
    super(threads, task, operation, lease);
    this.list = list;
    this.directory = new CscdDirectory(task.nexus(), task.inventory());
  }

  /** Memory that a job for this list borrows. */
  static int scratchBytes(CopyList list) {
    return SpanCopier.scratchBytes(list.longestSegment() * (long) LARGEST_BLOCK, LARGEST_BLOCK);
  }

  @Override
  void next() {
    if (index == list.segments().size()) {
      end(
          list.goodSense()
              ? Sense.COPY_INFORMATION_AVAILABLE.withCommandSpecific(index)
              : Outcome.GOOD,
          false);
      return;
    }
    CopyFailure obstacle = obstacle();
    if (obstacle != null) {
      end(obstacle.outcome(), false);
      return;
    }
    SegmentDescriptor segment = list.segments().get(index);
    Cscd source = cscd(segment.sourceId());
    Cscd destination = cscd(segment.destinationId());
    Sense refusal = check(source, segment.sourceId(), SegmentDescriptor.SOURCE_ID);
    if (refusal == null) {
      refusal = check(destination, segment.destinationId(), SegmentDescriptor.DESTINATION_ID);
    }
    if (refusal != null) {
      end(refusal.withCommandSpecific(index), false);
      return;
    }
    boolean last = index + 1 == list.segments().size();
    SegmentPlan plan = SegmentPlan.of(segment, source, destination, last);
    if (plan.refusal() != null) {
      end(plan.refusal().withCommandSpecific(index), false);
      return;
    }
    operation.progress(index + 1, bytesBefore, copier.operations());
    copier.copy(plan.span(), failure -> ended(plan.span(), source, destination, failure));
  }

  private Cscd cscd(int id) {
    CscdDescriptor descriptor = list.cscd(id).orElse(null);
    if (id == CscdDirectory.OWN_UNIT) {
      return new Cscd(null, open(nexus));
    }
    return descriptor == null
        ? null
        : new Cscd(
            descriptor, directory.find(descriptor.designator()).map(this::open).orElse(null));
  }

  /** What is wrong with a source or destination; null if nothing is. */
  private Sense check(Cscd cscd, int id, int fieldOffset) {
    if (cscd == null) {
      boolean header = list.cscdsFrom() == 1 && id == 0;
      return (header ? Sense.COPY_INVALID_FIELD : Sense.COPY_TARGET_UNKNOWN)
          .atSegmentByte(fieldOffset);
    }
    if (cscd.access() == null) {
      return at(cscd, Sense.COPY_TARGET_UNREACHABLE);
    }
    CscdDescriptor descriptor = cscd.descriptor();
    if (descriptor == null) {
      return null;
    }
    if (descriptor.peripheralType() != 0) {
      return at(cscd, Sense.COPY_TARGET_TYPE);
    }
    int expected = descriptor.diskBlockBytes();
    return expected != 0 && expected != cscd.access().blockBytes()
        ? Sense.COPY_INVALID_FIELD.atParameter(
            descriptor.offset() + CscdDescriptor.DISK_BLOCK_LENGTH)
        : null;
  }

  private static Sense at(Cscd cscd, Sense sense) {
    return cscd.descriptor() == null ? sense : sense.atParameter(cscd.descriptor().offset());
  }

  @Override
  void moved() {
    operation.progress(index + 1, bytesBefore + copier.copied(), copier.operations());
  }

  private void ended(Span span, Cscd source, Cscd destination, CopyFailure failure) {
    if (failure == null) {
      bytesBefore += span.bytes();
      index++;
      next();
      return;
    }
    if (failure.side() == Side.OPERATION) {
      end(failure.outcome(), false);
      return;
    }
    boolean bySource = failure.side() == Side.SOURCE;
    Cscd failed = bySource ? source : destination;
    Sense sense =
        failed.access().isRevoked()
            ? Sense.COPY_TARGET_UNREACHABLE
            : Sense.COPY_FAILED.forwarding(bySource, failure.outcome());
    sense = at(failed, sense).withCommandSpecific(index);
    if (copier.hasWritten()) {
      MediumAccess at = span.destination();
      long residual = span.bytes() - copier.copied();
      sense = sense.withInformation((residual + at.blockBytes() - 1) / at.blockBytes());
    }
    end(sense, false);
  }
}
