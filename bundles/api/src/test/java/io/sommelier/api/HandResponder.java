package io.sommelier.api;

import java.util.ArrayList;
import java.util.List;

/**
 * A responder that a test gives credit to, in payload bytes, and cancels. Runs the credit task on the thread that gives the credit, never two runs at a time; drops and counts
 * what is answered after the end. Thread-safe.
 */
final class HandResponder implements Responder {
    private final List<Part> parts = new ArrayList<>();
    private long credit;
    private long dataParts;
    private int late;
    private boolean answered;
    private boolean gone;
    private boolean starved;
    private boolean running;
    private Runnable creditTask;
    private Runnable cancelTask;

    HandResponder(long credit) {
        this.credit = credit;
    }

    @Override
    public synchronized void accept(Part accepted) {
        take(accepted);
    }

    @Override
    public synchronized boolean data(Part data) {
        if (!answered && !gone) {
            if (credit <= 0) {
                starved = true;
                return false;
            }
            credit -= data.payload().size();
        }
        take(data.toBuilder().sequence(dataParts++).build());
        return true;
    }

    @Override
    public synchronized void complete(Part terminal) {
        end(terminal);
    }

    @Override
    public synchronized void fail(Part terminal) {
        end(terminal);
    }

    private void end(Part terminal) {
        take(terminal.toBuilder().finalCount(dataParts).build());
        answered = true;
    }

    private void take(Part part) {
        if (answered || gone) {
            late++;
        } else {
            parts.add(part);
        }
    }

    @Override
    public void onCredit(Runnable task) {
        synchronized (this) {
            creditTask = task;
            starved = true;
        }
        feed();
    }

    @Override
    public void onCancel(Runnable task) {
        synchronized (this) {
            if (!gone) {
                cancelTask = task;
                return;
            }
        }
        task.run();
    }

    @Override
    public synchronized boolean isEnded() {
        return answered || gone;
    }

    void credit(long bytes) {
        synchronized (this) {
            credit += bytes;
        }
        feed();
    }

    private void feed() {
        while (true) {
            Runnable task;
            synchronized (this) {
                if (running || !starved || credit <= 0 || creditTask == null || answered || gone) {
                    return;
                }
                starved = false;
                running = true;
                task = creditTask;
            }
            try {
                task.run();
            } finally {
                synchronized (this) {
                    running = false;
                }
            }
        }
    }

    void cancel() {
        Runnable task;
        synchronized (this) {
            if (answered || gone) {
                return;
            }
            gone = true;
            task = cancelTask;
            cancelTask = null;
        }
        if (task != null) {
            task.run();
        }
    }

    synchronized List<Part> parts() {
        return List.copyOf(parts);
    }

    synchronized List<String> texts() {
        return parts.stream()
                .filter(part -> part.status() == PartStatus.DATA)
                .map(part -> part.payload().asText())
                .toList();
    }

    synchronized int late() {
        return late;
    }

    synchronized Part terminal() {
        if (!answered) {
            throw new AssertionError("no terminal among " + parts);
        }
        return parts.get(parts.size() - 1);
    }

    CommandError error() {
        return terminal().error().orElseThrow(() -> new AssertionError("no failure but " + terminal()));
    }
}
