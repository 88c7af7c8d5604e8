package io.sommelier.mailbox.artemis;

import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import io.sommelier.spi.Note;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.ActiveMQExceptionType;
import org.apache.activemq.artemis.api.core.Message;
import org.apache.activemq.artemis.api.core.client.SendAcknowledgementHandler;

/** One note on its way to another controller. Ends once. Thread-safe, but for {@link #wasSent}, which belongs to the thread of its line. */
final class Letter implements SendAcknowledgementHandler {
    final String to;
    /** The note, or {@code null} for one of the line itself. */
    final Note note;

    final byte kind;
    final int size;
    final long atNanos = System.nanoTime();
    final CompletableFuture<Void> future = new CompletableFuture<>();
    private final LetterCount count;
    private final AtomicBoolean ended = new AtomicBoolean();
    boolean wasSent;

    /** How many there are. */
    interface LetterCount {
        void ended(Letter letter, boolean arrived);
    }

    Letter(String to, Note note, byte kind, LetterCount count) {
        this.to = to;
        this.note = note;
        this.kind = kind;
        this.size = note == null ? 0 : NoteForm.size(note);
        this.count = count;
    }

    boolean isEnded() {
        return ended.get();
    }

    void fail(ErrorCode code, Outcome outcome, String message) {
        if (ended.compareAndSet(false, true)) {
            count.ended(this, false);
            future.completeExceptionally(new CommandException(CommandError.of(code, outcome, Stage.MAILBOX, message)));
        }
    }

    /** It may have arrived, or not. */
    void giveUp(String why) {
        fail(ErrorCode.MAILBOX_UNAVAILABLE, Outcome.UNKNOWN, why);
    }

    @Override
    public void sendAcknowledged(Message message) {
        if (ended.compareAndSet(false, true)) {
            count.ended(this, true);
            future.complete(null);
        }
    }

    /** Also called when the connection is lost: then it is sent again. */
    @Override
    public void sendFailed(Message message, Exception e) {
        if (e instanceof ActiveMQException active && Queues.concernsOneQueue(active)) {
            boolean isFull = active.getType() == ActiveMQExceptionType.ADDRESS_FULL;
            fail(
                    isFull ? ErrorCode.OVERLOADED : ErrorCode.CONTROLLER_GONE,
                    Outcome.NOT_SENT,
                    isFull ? "the queue of " + to + " is full" : e.getMessage());
        }
    }
}
