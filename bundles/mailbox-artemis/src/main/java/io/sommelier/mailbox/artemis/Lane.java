package io.sommelier.mailbox.artemis;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/** What goes to one other controller, and whether it is there. Confined to the thread of its line. */
final class Lane {
    /** Whether somebody reads its queue, as far as is known. */
    enum Presence {
        NOT_KNOWN,
        THERE,
        AWAY,
        GONE
    }

    final String controllerId;
    final String queue;
    private final Deque<Letter> waiting = new ArrayDeque<>();
    private final Deque<Letter> sent = new ArrayDeque<>();
    Presence presence = Presence.NOT_KNOWN;
    long awaySinceNanos;
    long usedNanos;
    long pingedNanos;

    Lane(String controllerId, long now) {
        this.controllerId = controllerId;
        this.queue = QueueNames.ofController(controllerId);
        this.usedNanos = now;
        this.pingedNanos = now;
    }

    void add(Letter letter) {
        waiting.add(letter);
        usedNanos = letter.atNanos;
    }

    /** The next that is to be sent, or {@code null}; it counts as sent from now on. */
    Letter next() {
        Letter letter = waiting.poll();
        if (letter != null) {
            letter.wasSent = true;
            sent.add(letter);
        }
        return letter;
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    boolean isEmpty() {
        return waiting.isEmpty() && sent.isEmpty();
    }

    /** Forgets what has arrived; gives the oldest that was sent and has not, or {@code null}. */
    Letter oldestSent() {
        Letter oldest = sent.peek();
        while (oldest != null && oldest.isEnded()) {
            sent.poll();
            oldest = sent.peek();
        }
        return oldest;
    }

    /** What was sent and has not arrived is sent again, in the same order, before all else. */
    void sendAgain() {
        for (Letter letter = sent.pollLast(); letter != null; letter = sent.pollLast()) {
            if (!letter.isEnded()) {
                waiting.addFirst(letter);
            }
        }
    }

    /** Gives up what is older than that. */
    void expire(long now, long limitNanos) {
        for (Iterator<Letter> letters = waiting.iterator(); letters.hasNext(); ) {
            Letter letter = letters.next();
            if (now - letter.atNanos <= limitNanos) {
                return; // the rest is younger
            }
            letters.remove();
            letter.giveUp("it was not on its way to " + controllerId + " within the limit");
        }
    }

    /** Ends all that has not arrived. */
    void clear(Ending ending) {
        sendAgain();
        for (Letter letter = waiting.poll(); letter != null; letter = waiting.poll()) {
            ending.end(letter);
        }
    }

    /** Ends a letter. */
    @FunctionalInterface
    interface Ending {
        void end(Letter letter);
    }
}
