package io.sommelier.mailbox.artemis;

import static org.awaitility.Awaitility.await;

import io.sommelier.spi.Mailbox;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps what came, in order, and complains of two calls at a time. Thread-safe. */
final class Recorder implements Mailbox.Listener {
    private final List<Mailbox.Waiting> came = new CopyOnWriteArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final boolean acknowledges;
    private volatile boolean overlapped;

    Recorder() {
        this(false);
    }

    Recorder(boolean acknowledges) {
        this.acknowledges = acknowledges;
    }

    @Override
    public void waiting(Mailbox.Waiting waiting) {
        overlapped |= !busy.compareAndSet(false, true);
        came.add(waiting);
        if (acknowledges) {
            waiting.done();
        }
        busy.set(false);
    }

    /** The first {@code count}, when they are there; fails when there are more. */
    List<Mailbox.Waiting> await(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> came.size() >= count);
        if (came.size() > count || overlapped) {
            throw new AssertionError("more than " + count + " came, or two at a time: " + came);
        }
        return List.copyOf(came);
    }

    List<Mailbox.Waiting> came() {
        return List.copyOf(came);
    }

    private static org.awaitility.core.ConditionFactory await() {
        return org.awaitility.Awaitility.await().pollInterval(Duration.ofMillis(5));
    }
}
