package io.sommelier.mailbox.artemis;

import io.sommelier.runtime.artemis.CoreAccess;
import io.sommelier.spi.ControllerLink;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Notes between controllers through an Artemis broker: each controller has one queue, {@code sommelier.controller.<id>}. Thread-safe; no method blocks. Each line has one thread
 * and one connection, which is opened again whenever it is lost; notes that were on their way then are sent again.
 */
public final class ArtemisLink implements ControllerLink {
    private final String name;
    private final LinkThread.LinkCounters counters = new LinkThread.LinkCounters();
    private final List<LinkThread> lines = new CopyOnWriteArrayList<>();

    // Under the lock of this.
    private MailboxSettings settings;
    private CoreAccess broker;

    /**
     * A link without a broker.
     *
     * @param name part of the names of its threads
     */
    public ArtemisLink(String name, MailboxSettings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** Uses a broker from now on; empty for none. What is open stays open. */
    public synchronized void broker(Optional<CoreAccess> present) {
        broker = present.orElse(null);
        lines.forEach(line -> line.access(broker));
    }

    /** Swaps the settings; what is under way goes on. */
    public synchronized void settings(MailboxSettings changed) {
        settings = changed;
        lines.forEach(line -> line.settings(changed));
    }

    @Override
    public synchronized Line open(String controllerId, Listener listener) {
        lines.removeIf(LinkThread::isStopping);
        LinkThread line = new LinkThread("sommelier-" + name + "-link", controllerId, settings, listener, counters);
        line.access(broker);
        lines.add(line);
        line.start();
        return line;
    }

    /** Why a line that is open is not there, for a person; empty when all are. */
    public List<String> problems() {
        return lines.stream()
                .filter(line -> !line.isStopping() && !line.isUp())
                .map(LinkThread::problem)
                .toList();
    }

    /** What it did and has. */
    public LinkCounts counts() {
        int onTheirWay = lines.stream().mapToInt(LinkThread::onTheirWay).sum();
        return new LinkCounts(
                counters.sent.sum(), counters.lost.sum(), counters.came.sum(), counters.malformed.sum(), onTheirWay);
    }

    /**
     * Closes every line for good.
     *
     * @return completes when all threads have ended
     */
    public CompletionStage<Void> stop() {
        return CompletableFuture.allOf(lines.stream()
                .map(line -> {
                    line.close();
                    return line.stop().toCompletableFuture();
                })
                .toArray(CompletableFuture<?>[]::new));
    }
}
