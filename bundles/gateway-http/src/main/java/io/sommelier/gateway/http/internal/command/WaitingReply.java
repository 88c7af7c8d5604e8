package io.sommelier.gateway.http.internal.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.CommandState;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.PartsBody;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyForm;
import io.sommelier.gateway.http.internal.reply.ReplyHead;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.CommandRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose request waits for the reply. A reply in one piece is answered whole. The first DATA part fixes the status, and the parts become the body; what fails before it has a status of its
 * own. Parts come one at a time; {@link #clientGone} may come at the same time, from another thread.
 */
final class WaitingReply extends SentCommand {
    private static final Logger LOG = LoggerFactory.getLogger(WaitingReply.class);

    private final Exchange exchange;
    private final AsyncCallback callback;
    private final ReplyForm form;
    private final ReplyRules rules;
    private final StreamSlots slots;
    private final Consumer<WaitingReply> ended;
    private final AtomicBoolean isAnswered = new AtomicBoolean();
    private final AtomicBoolean isDone = new AtomicBoolean();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicBoolean hasSlot = new AtomicBoolean();
    private volatile String stopReason;
    private volatile boolean isLeft;

    private volatile Flow.Subscription parts;

    // Confined to the one who brings parts.
    private Optional<Part> accepted = Optional.empty();
    private volatile PartsBody body; // written there, and read by who breaks it off

    /** @param ended is told once, when nothing of the command is needed any more */
    WaitingReply(
            CommandRequest request,
            Times times,
            Exchange exchange,
            AsyncCallback callback,
            ReplyRules rules,
            StreamSlots slots,
            Consumer<WaitingReply> ended) {
        super(request.command(), request.caller(), times);
        this.exchange = exchange;
        this.callback = callback;
        this.form = request.form();
        this.rules = rules;
        this.slots = slots;
        this.ended = ended;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        parts = subscription;
        parts.request(1);
    }

    @Override
    public void onNext(Part part) {
        try {
            take(part);
        } catch (RuntimeException defect) {
            LOG.error("The reply of {} could not be passed on; this is a defect, please report it", id(), defect);
            parts.cancel();
            isAnswered.set(false); // else its client would wait for ever
            onError(defect);
        }
    }

    private void take(Part part) {
        if (isLeft) {
            return; // all were asked for, and nobody takes them
        }
        switch (part.status()) {
            case ACCEPTED -> {
                saw(CommandState.ACCEPTED);
                accepted = Optional.of(part);
                parts.request(1);
            }
            case DATA -> data(part);
            default -> complete(part);
        }
    }

    private void data(Part part) {
        saw(CommandState.STREAMING);
        if (body != null) {
            body.take(part);
        } else if (!isAnswered.getAndSet(true)) {
            begin(part);
            done();
        }
    }

    /** The status line is fixed from here on. */
    private void begin(Part first) {
        if (!slots.take()) {
            CommandError error = CommandError.of(
                    ErrorCode.OVERLOADED,
                    Outcome.UNKNOWN,
                    Stage.STREAM,
                    "as many replies are streamed as may be (maxStreams of io.sommelier.gateway.http)");
            Answer.problem(exchange, Problem.of(error, Optional.of(id())), rules);
            cancel("there is no room to stream its reply");
            parts.request(Long.MAX_VALUE); // what still comes is thrown away, up to its end
            return;
        }
        hasSlot.set(true);
        ReplyHead head = ReplyHead.of(accepted, first);
        var opening = new PartsBody(id(), head, form, parts, this::clientGone, this::end);
        opening.take(first);
        Answer.parts(exchange, head, form, opening, rules).command(id());
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange over) {
                clientGone(); // if it is not known yet: the server could not send the reply
            }
        });
        body = opening;
        if (isOver.get()) {
            giveSlotBack(); // it was ended meanwhile, by who did not see this
            opening.breakOff(new IOException("nobody waits for it"));
        }
    }

    private void complete(Part terminal) {
        saw(CommandState.COMPLETED);
        if (body != null) {
            body.complete(terminal); // over when its client has taken it
            return;
        }
        if (!isAnswered.getAndSet(true)) {
            Answer.whole(exchange, ReplyHead.of(accepted, terminal), terminal.payload(), rules)
                    .command(id());
            done();
        }
        end();
    }

    @Override
    public void onError(Throwable reason) {
        if (isLeft) {
            return;
        }
        CommandException failure = toldAsStop(CommandException.of(reason));
        saw(failure.part().map(CommandState::of).orElse(CommandState.FAILED));
        if (body != null) {
            body.fail(failure);
            return;
        }
        if (!isAnswered.getAndSet(true)) {
            answer(Problem.of(failure, id()));
        }
        end();
    }

    private void answer(Problem problem) {
        if (!isDone.get()) {
            Answer.problem(exchange, problem, rules);
            done();
        }
    }

    @Override
    public void onComplete() {
        // the terminal said so
    }

    /** Gives the command up since this gateway stops; that is what its client is told, and not that somebody cancelled it. */
    void stop(String reason) {
        stopReason = reason;
        if (!isDurable()) {
            cancel(reason);
        } else if (!isAnswered.getAndSet(true)) {
            leave();
            answer(Problem.of(
                    CommandError.of(ErrorCode.DRAINING, Outcome.UNKNOWN, Stage.REPLY_WAIT, reason), Optional.of(id())));
            end();
        }
    }

    /** A durable command goes on, and nobody takes its reply. */
    private void leave() {
        isLeft = true;
        Flow.Subscription known = parts;
        if (known != null) {
            known.request(Long.MAX_VALUE);
        }
    }

    /** Parts that nobody takes would keep the end from coming. */
    private void letGoOfParts() {
        Flow.Subscription known = parts;
        if (isDurable()) {
            leave();
        } else if (known != null) {
            known.cancel();
        }
    }

    /**
     * Ends it after {@link #stop}, whatever it is at, so that nothing of this gateway is needed for it any more: a streamed reply whose client does not read, a command whose end did not come.
     */
    void breakOff() {
        if (isOver.get()) {
            return;
        }
        letGoOfParts();
        PartsBody open = body;
        if (open != null) {
            open.breakOff(new IOException(stopReason));
        } else if (!isAnswered.getAndSet(true)) {
            CommandError stopped = CommandError.of(ErrorCode.DRAINING, Outcome.UNKNOWN, Stage.REPLY_WAIT, stopReason);
            answer(Problem.of(stopped, Optional.of(id())));
        }
        end();
    }

    private CommandException toldAsStop(CommandException failure) {
        CommandError error = failure.error();
        String reason = stopReason;
        if (reason == null || error.code() != ErrorCode.CANCELLED) {
            return failure;
        }
        CommandError stopped = CommandError.of(ErrorCode.DRAINING, error.outcome(), error.stage(), reason);
        return new CommandException(Part.failed(stopped).build());
    }

    /** Nobody waits for the reply any more: the command is cancelled, whatever it is at. */
    void clientGone() {
        if (isOver.get()) {
            return;
        }
        if (!isDurable()) {
            cancel("the client is gone");
        }
        letGoOfParts();
        if (!isAnswered.getAndSet(true)) {
            done();
        }
        end();
    }

    private void done() {
        if (isDone.compareAndSet(false, true)) {
            callback.done(false);
        }
    }

    private void end() {
        if (isOver.compareAndSet(false, true)) {
            giveSlotBack();
            ended.accept(this);
        }
    }

    private void giveSlotBack() {
        if (hasSlot.compareAndSet(true, false)) {
            slots.giveBack();
        }
    }

    @Override
    void writeEnd(JsonGenerator json, Times times) {
        // its client is just being told
    }
}
