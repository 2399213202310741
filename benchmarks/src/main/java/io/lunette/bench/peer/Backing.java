/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.bench.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What files lie on, and all that was measured there. Filled by the thread that measures.
 *
 * @param name in words
 * @param directory of the files
 * @param replicas a second, of each way
 * @param scrubs in mebibytes a second, of each way
 * @param targets under the load of our generator
 * @param foreign targets under the load of others
 */
record Backing(
    String name,
    Path directory,
    Rounds replicas,
    Rounds scrubs,
    List<Row> targets,
    List<ForeignRow> foreign) {

  Backing(String name, Path directory) {
    this(name, directory, new Rounds(), new Rounds(), new ArrayList<>(), new ArrayList<>());
  }
}
