/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import io.lunette.bench.iscsi.Measured;
import io.lunette.bench.iscsi.Mix;
import io.lunette.bench.iscsi.TargetResult;
import io.lunette.bench.iscsi.TargetUrl;
import io.lunette.bench.iscsi.Workload;
import io.lunette.bench.report.Spread;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class PageTest {

  private static final Workload READS =
      new Workload(
          4096,
          32,
          new Mix(100),
          true,
          1,
          false,
          Duration.ZERO,
          Duration.ofSeconds(1),
          OptionalLong.empty());

  private static Measured measured(String name, List<Double> rounds) {
    Histogram latencies = new Histogram(3);
    latencies.recordValue(50_000);
    return new Measured(
        TargetUrl.parse(name + "=iscsi://127.0.0.1/iqn/0"),
        Optional.of(
            new TargetResult(
                name,
                rounds,
                4096,
                latencies,
                Optional.of(new Spread(7, 7, 7)),
                new Spread(5, 5, 5),
                0)),
        Optional.empty());
  }

  private static final Row ROW =
      new Row(
          READS,
          List.of(
              measured("tgt", List.of(1000.0, 2000.0)),
              new Measured(
                  TargetUrl.parse("istgt=iscsi://127.0.0.1/iqn/0"),
                  Optional.empty(),
                  Optional.of("it hangs")),
              measured("lunette", List.of(3000.0, 5000.0)),
              measured("null", List.of(6000.0, 6000.0))),
          Optional.of(new Spread(9000, 9000, 9000)));

  private static BenchmarksPage page() {
    Backing memory = new Backing("memory", Path.of("/dev/shm"));
    memory.targets().add(ROW);
    Rounds foreign = new Rounds();
    foreign.add("tgt", 1234);
    memory.foreign().add(new ForeignRow("memory", "iscsi-perf -b 8", foreign));
    for (double replicas : List.of(100.0, 110.0)) {
      memory.replicas().add("lunette, one by one", 30 * replicas);
      memory.replicas().add("qemu-img create -b", replicas);
      memory.scrubs().add(ScrubPeers.OURS, 1000);
      memory.scrubs().add(ScrubPeers.OURS_VERIFIED, 400);
      memory.scrubs().add("shred -n 0 -z", 500);
      memory.scrubs().add("nwipe, zeroes, verified", 200);
      memory.scrubs().add("blkdiscard -z (hides)", 10_000);
    }
    return new BenchmarksPage(
        List.of("2 processors"),
        List.of("`bin/bench-peers`"),
        List.of(memory),
        List.of("tgt", "istgt", "lunette"));
  }

  @Test
  void thePageHasFiguresRatiosWithSpreadAndWhatFailed() {
    assertThat(page().toMarkdown("benchmarks.svg"))
        .contains(
            "| workload | tgt | istgt | lunette | null target | bare TCP | lunette / tgt |"
                + " lunette / istgt |")
        .contains(
            "| 4 KiB random read, depth 32 | 1,500 | failed | 4,000 | 6,000 | 9,000 |"
                + " 2.75 (2.50-3.00) |  |")
        .contains("**2.75**")
        .contains(
            "| 4 KiB random read, depth 32 | 50 / 50 | failed | 50 / 50 | 50 / 50 | 7.0 | failed |"
                + " 7.0 | 5.0 |")
        .contains("| `iscsi-perf -b 8` | 1,234 | failed | failed |  |  |")
        .contains("![ratios](benchmarks.svg)");
  }

  @Test
  void replicasAndScrubsAreHeldAgainstWhatDoesTheSame() {
    assertThat(page().toMarkdown("benchmarks.svg"))
        .contains("| lunette, one by one | 3,150 (3,000-3,300) |  |")
        .contains("| qemu-img create -b | 105 (100-110) | 30.00 (30.00-30.00) |")
        .contains("| shred -n 0 -z | 500 (500-500) | 2.00 (2.00-2.00) |")
        .contains("| nwipe, zeroes, verified | 200 (200-200) | 2.00 (2.00-2.00) |");
  }

  @Test
  void aCaseThatIsLostIsSaidFirst() {
    String page = page().toMarkdown("benchmarks.svg");

    assertThat(page)
        .contains("- files in memory: scrub / blkdiscard -z (hides): 0.10 (0.10-0.10)")
        .doesNotContain("Nowhere in this run");
    assertThat(page.indexOf("## Where Lunette is slower"))
        .isLessThan(page.indexOf("## Files in memory"));
  }

  @Test
  void thePictureIsXmlWithABarForEachRatio() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(page().chart().toSvg())));

    assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
    assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(6);
  }

  @Test
  void bareTcpExchangesReadsAndWrites() throws Exception {
    Workload writes =
        new Workload(
            1 << 20,
            8,
            new Mix(0),
            false,
            1,
            false,
            Duration.ZERO,
            Duration.ofSeconds(1),
            OptionalLong.empty());

    assertThat(WireExchange.perSecond(READS, Duration.ofMillis(50))).isPositive();
    assertThat(WireExchange.perSecond(writes, Duration.ofMillis(50))).isPositive();
  }
}
