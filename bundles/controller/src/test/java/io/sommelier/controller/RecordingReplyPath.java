package io.sommelier.controller;

import io.sommelier.api.CommandError;
import io.sommelier.api.Part;
import io.sommelier.spi.ReplyPath;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps what came back, and complains of two calls at a time. Thread-safe. */
final class RecordingReplyPath implements ReplyPath {
    private final List<Part> parts = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean overlapped;
    private volatile int admissions;

    @Override
    public void admitted() {
        admissions++;
    }

    @Override
    public void part(Part part) {
        if (!busy.compareAndSet(false, true)) {
            overlapped = true;
        }
        synchronized (parts) {
            parts.add(part);
        }
        busy.set(false);
    }

    List<Part> parts() {
        synchronized (parts) {
            return List.copyOf(parts);
        }
    }

    int admissions() {
        return admissions;
    }

    boolean overlapped() {
        return overlapped;
    }

    boolean ended() {
        List<Part> all = parts();
        return !all.isEmpty() && all.get(all.size() - 1).status().isTerminal();
    }

    Part terminal() {
        List<Part> all = parts();
        Part last = all.get(all.size() - 1);
        if (!last.status().isTerminal()) {
            throw new AssertionError("no terminal among " + all);
        }
        return last;
    }

    CommandError error() {
        return terminal().error().orElseThrow(() -> new AssertionError("no failure but " + terminal()));
    }
}
