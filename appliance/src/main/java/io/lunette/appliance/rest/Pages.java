/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import java.util.List;
import java.util.function.Function;

/**
 * Lists in pages. A caller says {@code limit}, and {@code after} with what the last row of the page
 * before is called; a page that is full says where the list goes on. Stateless.
 */
final class Pages {

  /** Most rows of a page, and how many it has where none are asked for. */
  static final int LIMIT_MAX = 1000;

  private Pages() {}

  /**
   * The answer with a page.
   *
   * @param rows at most as many as the call's limit
   * @param cursor what a row is called
   * @param view a row as callers see it
   */
  static <T> Reply of(Call call, List<T> rows, Function<T, String> cursor, Function<T, ?> view) {
    Reply page = Reply.ok(rows.stream().map(view).toList());
    return rows.size() < call.limit(LIMIT_MAX)
        ? page
        : page.withNext(call.uriWith("after", cursor.apply(rows.get(rows.size() - 1))));
  }

  /** The answer with a page of a list that is short enough to be there as a whole. */
  static <T> Reply cut(Call call, List<T> all, Function<T, String> cursor, Function<T, ?> view) {
    int first = 0;
    String after = call.query("after").orElse(null);
    for (int i = 0; after != null && i < all.size(); i++) {
      if (cursor.apply(all.get(i)).equals(after)) {
        first = i + 1;
      }
    }
    int end = Math.min(all.size(), first + call.limit(LIMIT_MAX));
    return of(call, all.subList(first, end), cursor, view);
  }
}
