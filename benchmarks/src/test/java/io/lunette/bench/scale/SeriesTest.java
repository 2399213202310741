/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SeriesTest {

  private static Series series(Form form, DoubleUnaryOperator cost, double... sizes) {
    List<Point> points =
        DoubleStream.of(sizes).mapToObj(x -> new Point(x, cost.applyAsDouble(x))).toList();
    return new Series("cost", "us", "clones", form, points, 1e6);
  }

  @Test
  void whatGrowsAsTheModelSaysIsFoundAndFollowed() {
    Series linear = series(Form.LINEAR, x -> 7 + 0.25 * x, 10, 100, 1000, 10_000, 100_000);
    Series tree =
        series(Form.LOGARITHMIC, x -> 20 + 3 * Math.log(x) / Math.log(2), 8, 64, 512, 4096);

    assertThat(linear.fit().a()).isCloseTo(7, within(1e-6));
    assertThat(linear.fit().b()).isCloseTo(0.25, within(1e-9));
    assertThat(linear.fit().at(1e6)).isCloseTo(250_007, within(0.01));
    assertThat(tree.fit().b()).isCloseTo(3, within(1e-9));
    assertThat(tree.errorAt(tree.heldOut().get(1))).isCloseTo(0, within(1e-9));
  }

  @Test
  void theHeldOutPointsShowAModelThatIsWrong() {
    Series quadratic = series(Form.LINEAR, x -> x * x, 10, 100, 1000, 10_000, 100_000);

    assertThat(quadratic.heldOut()).extracting(Point::x).containsExactly(1000.0, 100_000.0);
    assertThat(quadratic.errorAt(quadratic.heldOut().get(1))).isLessThan(-0.5);
  }

  @Test
  void aHeldOutPointDoesNotPullTheModel() {
    List<Point> points =
        List.of(new Point(1, 10), new Point(2, 20), new Point(3, 999), new Point(4, 999));
    Series series = new Series("cost", "us", "clones", Form.LINEAR, points, 10);

    assertThat(series.fit().at(10)).isCloseTo(100, within(1e-9));
  }

  @Test
  void smallCostsCountAsMuchAsGreatOnes() {
    List<Point> points =
        List.of(new Point(1, 1), new Point(10, 10), new Point(100, 130), new Point(1000, 1300));

    Fit fit = Fit.of(Form.LINEAR, points);

    assertThat(fit.at(1)).isCloseTo(1, within(0.2));
  }

  @Test
  void nothingIsSaidToGetCheaperWithSize() {
    Fit fit = Fit.of(Form.LINEAR, List.of(new Point(1, 30), new Point(1000, 20)));

    assertThat(fit.b()).isZero();
    assertThat(fit.at(1e6)).isBetween(20.0, 30.0);
  }

  @Test
  void threeSizesAreTooFewToHoldTwoOut() {
    assertThatThrownBy(() -> series(Form.LINEAR, x -> x, 1, 2, 3))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
