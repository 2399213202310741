/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinksTest {

  @Test
  void theLoopbackIsUsedIfItIsNamed() throws IOException {
    assertThat(Links.of("127.0.0.1")).isEqualTo(List.of(InetAddress.getByName("127.0.0.1")));
  }

  @Test
  void allLinksLeaveTheLoopbackOut() throws IOException {
    assertThat(Links.all()).noneMatch(InetAddress::isLoopbackAddress);
  }

  @Test
  void anAddressOnNoInterfaceIsRefused() {
    assertThatThrownBy(() -> Links.of("127.0.0.2"))
        .isInstanceOf(IOException.class)
        .hasMessage("127.0.0.2 is on no network interface");
  }
}
