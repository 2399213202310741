/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.array;

import io.lunette.core.volume.VolumeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Bounds how long one array is waited for by those who can do without its answer. Once one of them
 * has waited in vain, nobody waits: one question at a time goes on in the background, and the first
 * that is answered ends the silence. Thread-safe.
 */
final class Patience {

  /** What an array is asked. */
  interface Question<T> {
    T ask() throws VolumeException;
  }

  private final ArrayName array;
  private final Executor threads;
  private final Duration most;
  private int asking;
  private boolean silent;

  /**
   * Bounds the waits for an array.
   *
   * @param threads has one for each question
   * @param most that anybody waits
   */
  Patience(ArrayName array, Executor threads, Duration most) {
    this.array = array;
    this.threads = threads;
    this.most = most;
  }

  /**
   * What the array answers.
   *
   * @throws VolumeException what the question ends in; IO if it is not answered in time
   */
  <T> T ask(Question<T> question) throws VolumeException {
    boolean waits;
    CompletableFuture<T> answer = new CompletableFuture<>();
    synchronized (this) {
      waits = !silent;
      if (!waits && asking > 0) {
        throw unanswered(null);
      }
      asking++;
    }
    threads.execute(() -> answer(question, answer));
    if (!waits) {
      throw unanswered(null);
    }
    try {
      return answer.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      synchronized (this) {
        silent = !answer.isDone();
      }
      throw unanswered(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unanswered(e);
    } catch (ExecutionException e) {
      throw thrown(e.getCause());
    }
  }

  private <T> void answer(Question<T> question, CompletableFuture<T> answer) {
    try {
      T told = question.ask();
      synchronized (this) {
        silent = false;
        answer.complete(told);
      }
    } catch (VolumeException e) {
      synchronized (this) {
        silent &= e.kind() == VolumeException.Kind.IO;
        answer.completeExceptionally(e);
      }
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    } finally {
      synchronized (this) {
        asking--;
      }
    }
  }

  private static VolumeException thrown(Throwable cause) {
    if (cause instanceof VolumeException e) {
      return new VolumeException(e.kind(), e.getMessage(), e);
    }
    throw new CompletionException(cause);
  }

  private VolumeException unanswered(Exception cause) {
    return new VolumeException(
        VolumeException.Kind.IO, "array '" + array + "' does not answer; it is asked again", cause);
  }
}
