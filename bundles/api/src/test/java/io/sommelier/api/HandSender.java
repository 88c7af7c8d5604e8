package io.sommelier.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A sender whose replies the test gives; it remembers what it was told. One call at a time. */
final class HandSender implements CommandSender, Call {
    final List<Command> sent = new CopyOnWriteArrayList<>();
    final AtomicLong credit = new AtomicLong(INITIAL_CREDIT_BYTES);
    final List<String> cancels = new CopyOnWriteArrayList<>();
    /** Runs inside {@code send}, once the listener is known. */
    Runnable whenSent = () -> {};
    /** Runs inside {@code request}. */
    volatile Runnable whenCredited = () -> {};

    private volatile ReplyListener listener;

    /** Gives a part, as a channel does: those of DATA take credit. */
    void part(Part part) {
        credit.addAndGet(-part.cost());
        listener.part(this, part);
    }

    void data(String text) {
        part(Part.data(Payload.ofText(text)).build());
    }

    void complete(String text) {
        part(Part.complete(Payload.ofText(text)).build());
    }

    void fail(String message) {
        part(Part.failed(CommandError.executed(message)).build());
    }

    @Override
    public Call send(Command command) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Call send(Command command, ReplyListener given) {
        sent.add(command);
        listener = given;
        whenSent.run();
        return this;
    }

    @Override
    public CommandId id() {
        return sent.get(sent.size() - 1).id();
    }

    @Override
    public CompletionStage<Void> admitted() {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Reply> result() {
        return new CompletableFuture<>();
    }

    @Override
    public void request(long bytes) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("request of " + bytes);
        }
        credit.addAndGet(bytes);
        whenCredited.run();
    }

    @Override
    public void cancel(String reason) {
        cancels.add(reason);
        // as a real one does: the FAILED part comes before this returns
        Optional.ofNullable(listener)
                .ifPresent(told -> told.part(
                        this,
                        Part.failed(CommandError.of(
                                        ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.REPLY_WAIT, "cancelled"))
                                .build()));
    }
}
