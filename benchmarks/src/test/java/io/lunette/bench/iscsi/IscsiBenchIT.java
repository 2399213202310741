/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lunette.appliance.cli.Lunette;
import io.lunette.core.block.BlockDevice;
import io.lunette.core.block.BlockException;
import io.lunette.core.block.BlockFeatures;
import io.lunette.core.block.BlockGeometry;
import io.lunette.core.block.MemoryBlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.ChapCredentials;
import io.lunette.iscsi.target.InitiatorAuthentication;
import io.lunette.iscsi.target.IscsiTarget;
import io.lunette.iscsi.target.LogicalUnitSpec;
import io.lunette.iscsi.target.TargetConfig;
import io.lunette.libiscsi.InitiatorException;
import io.lunette.libiscsi.InitiatorSession;
import io.lunette.libiscsi.ScsiFailure;
import io.lunette.libiscsi.SessionOptions;
import io.lunette.libiscsi.TaskCompletion;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** libiscsi, and the load generator on it, against real targets of ours. */
class IscsiBenchIT {

  private static final String IQN = "iqn.2026-11.io.lunette.test:bench";
  private static final int SIZE = 4 << 20;
  private static final int LOGICAL = 512;

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<IscsiTarget> targets = new ArrayList<>();

  @AfterEach
  void close() {
    targets.forEach(IscsiTarget::close);
  }

  private static BlockDevice memory() {
    return new MemoryBlockDevice(
        new BlockGeometry(SIZE, LOGICAL, 4096, 4096),
        new BlockFeatures(false, true, true, 4096),
        Runnable::run);
  }

  private String serve(BlockDevice device, InitiatorAuthentication authentication)
      throws Exception {
    IscsiTarget target =
        IscsiTarget.start(
            TargetConfig.of(IQN, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .withAuthentication(authentication));
    targets.add(target);
    target.mapForAll(0, new LogicalUnitSpec(device, UUID.randomUUID(), AccessMode.READ_WRITE));
    return "127.0.0.1:" + target.portal().getPort() + "/" + IQN + "/0";
  }

  private String serve(BlockDevice device) throws Exception {
    return "iscsi://" + serve(device, InitiatorAuthentication.none());
  }

  private int run(String line) {
    return Lunette.run(
        Map.of("HOME", directory.toString()),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        line.split(" "));
  }

  private static SessionOptions options(int depth, boolean digest) {
    return new SessionOptions(
        "iqn.2026-11.io.lunette.test:i", depth, 4096, digest, Duration.ofSeconds(20));
  }

  @Test
  void twoTargetsAreMeasuredInTurnAndCompared() throws Exception {
    Path kept = directory.resolve("figures.json");

    int status =
        run(
            "bench iscsi a=%s b=%s --count 100 --warm-up 0s --depth 4 --mix rw50 --rounds 2 --json %s"
                .formatted(serve(memory()), serve(memory()), kept));

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("4 KIB RANDOM RW50, DEPTH 4", "IOPS", "RATIO");
    JsonNode rows = new ObjectMapper().readTree(kept.toFile()).path("targets");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).path("roundsIops")).hasSize(2);
    assertThat(rows.get(1).path("iops").path("median").asDouble()).isPositive();
    assertThat(rows.get(1).path("p99Micros").asDouble())
        .isGreaterThanOrEqualTo(rows.get(1).path("p50Micros").asDouble());
    assertThat(rows.get(1).path("ratio").path("least").asDouble()).isPositive();
    assertThat(rows.get(1).path("loadMicrosPerCommand").path("median").asDouble()).isPositive();
  }

  @Test
  void aSoundTargetIsFoundSoundBySeveralSessionsWithDigests() throws Exception {
    int status =
        run(
            ("bench iscsi %s --count 400 --warm-up 0s --depth 8 --mix rw50 --rounds 2 --sessions 2"
                    + " --header-digest --verify")
                .formatted(serve(memory())));

    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    assertThat(out.toString()).contains("Every block read was as it was written.");
  }

  @Test
  void oneBitThatATargetSpoilsIsFoundAndNamed() throws Exception {
    int lba = 2001;
    int offset = 300;
    String url = serve(new FlippingDevice(memory(), lba * LOGICAL + offset));

    int status =
        run(
            "bench iscsi bad=%s --count 10 --warm-up 0s --depth 2 --rounds 1 --verify"
                .formatted(url));

    assertThat(status).isEqualTo(1);
    assertThat(err.toString())
        .contains("bad: ", "reads did not return what was written")
        .contains("LBA 2001, generation 1, byte 300 is wrong");
    assertThat(out.toString()).doesNotContain("Every block read was as it was written.");
  }

  @Test
  void theLoadItselfIsMeasuredOnATargetThatDoesNothing() {
    for (String shape :
        List.of("--depth 8 --mix rw50", "--block-size 1M --mix rw50 --pattern sequential")) {
      int status = run("bench iscsi --null-target --count 100 --warm-up 0s --rounds 1 " + shape);

      assertThat(err.toString()).isEmpty();
      assertThat(status).isZero();
    }
    assertThat(out.toString()).contains("null");
  }

  @Test
  void aTargetThatIsNotThereIsOneLine() {
    assertThat(run("bench iscsi iscsi://127.0.0.1:1/iqn.2026-11.io.lunette:none/0")).isEqualTo(1);

    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("lunette: 127.0.0.1:1: ");
  }

  @Test
  void chapIsInTheUrl() throws Exception {
    InitiatorAuthentication chap =
        initiator ->
            Optional.of(
                ChapCredentials.chosen("user", "twelvesecret".getBytes(StandardCharsets.UTF_8)));
    String unit = serve(memory(), chap);

    try (InitiatorSession session =
        InitiatorSession.open("iscsi://user%twelvesecret@" + unit, options(1, false))) {
      assertThat(session.blockCount()).isEqualTo(SIZE / LOGICAL);
      assertThat(session.blockBytes()).isEqualTo(LOGICAL);
    }
    assertThatThrownBy(
            () -> InitiatorSession.open("iscsi://user%wrongsecret1@" + unit, options(1, false)))
        .isInstanceOfSatisfying(
            InitiatorException.class,
            e -> assertThat(e.kind()).isEqualTo(InitiatorException.Kind.REFUSED));
  }

  @Test
  void aFailedCommandTellsItsSenseAndTheSessionGoesOn() throws Exception {
    MemoryBlockDevice device = (MemoryBlockDevice) memory();
    device.failNext(MemoryBlockDevice.Operation.READ, BlockException.Kind.MEDIUM_READ);

    try (InitiatorSession session = InitiatorSession.open(serve(device), options(1, false))) {
      Outcomes first = new Outcomes();
      session.read(0, 8, 8);
      await(session, first);
      Outcomes second = new Outcomes();
      session.read(0, 8, 8);
      await(session, second);

      assertThat(first.failures).hasSize(1);
      assertThat(first.failures.get(0).sense())
          .hasValueSatisfying(sense -> assertThat(sense.key()).isEqualTo(3));
      assertThat(second.completed).containsExactly(0);
    }
  }

  @Test
  void aConnectionThatBreaksEndsTheSession() throws Exception {
    Queue<Runnable> held = new ConcurrentLinkedQueue<>();
    MemoryBlockDevice device =
        new MemoryBlockDevice(
            new BlockGeometry(SIZE, LOGICAL, 4096, 4096),
            new BlockFeatures(false, true, true, 4096),
            held::add);
    String url = serve(device);

    try (InitiatorSession session = InitiatorSession.open(url, options(2, false))) {
      session.read(0, 0, 8);
      session.read(1, 8, 8);
      int ended = session.poll(0, new Outcomes());
      assertThat(ended).isZero();
      Thread closer = new Thread(() -> targets.get(0).close());
      closer.start();

      assertThatThrownBy(() -> await(session, new Outcomes()))
          .isInstanceOfSatisfying(
              InitiatorException.class,
              e -> assertThat(e.kind()).isEqualTo(InitiatorException.Kind.CONNECTION_LOST));
      held.forEach(Runnable::run);
      closer.join();
    }
  }

  private static void await(InitiatorSession session, TaskCompletion outcomes)
      throws InitiatorException {
    while (session.inFlight() > 0) {
      int ignored = session.poll(100, outcomes);
    }
  }

  private static final class Outcomes implements TaskCompletion {

    private final List<Integer> completed = new ArrayList<>();
    private final List<ScsiFailure> failures = new ArrayList<>();

    @Override
    public void completed(int task) {
      completed.add(task);
    }

    @Override
    public void failed(int task, ScsiFailure failure) {
      failures.add(failure);
    }
  }
}
