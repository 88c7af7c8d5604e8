package io.sommelier.gateway.http.internal.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.Call;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.ReplyParts;
import io.sommelier.api.Stage;
import io.sommelier.api.admin.CommandState;
import io.sommelier.gateway.http.internal.reply.Answer;
import io.sommelier.gateway.http.internal.reply.KeptPayload;
import io.sommelier.gateway.http.internal.reply.Problem;
import io.sommelier.gateway.http.internal.reply.ReplyHead;
import io.sommelier.gateway.http.internal.reply.ReplyRules;
import io.sommelier.gateway.http.internal.request.CommandRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;

/**
 * A command whose request is answered early, and whose reply is gathered and kept. It goes on when its client disconnects. Parts come one at a time; who looks at it may come on any thread.
 */
final class KeptReply extends SentCommand {
    /** What one counts beside its reply. */
    static final long ENTRY_BYTES = 1024;

    /** The largest reply that is shown inside the JSON about its command. */
    static final int MOST_SHOWN_BYTES = 64 * 1024;

    private static final String NO_ROOM = "kept replies hold as many bytes as they may (resultsBytes)";
    private static final ReplyHead NO_HEAD = new ReplyHead(0, "", Headers.none(), Headers.none());

    private final KeptReplies table;
    private final ReplyRules rules;
    private final boolean hasWait;
    private final AtomicBoolean isAnswered = new AtomicBoolean();
    private volatile EarlyAnswer early; // null once it was given
    private volatile boolean isAdmitted;
    private volatile boolean isWaitOver;
    private volatile Future<?> waitTimer;
    private volatile End end;

    // Confined to the one who brings parts.
    private Optional<Part> accepted = Optional.empty();
    private Part first;
    private List<Payload> pieces = new ArrayList<>();
    private long bytes;
    private CommandError lost;

    /**
     * How it ended.
     *
     * @param failure empty when it completed
     */
    private record End(
            Optional<CommandException> failure,
            ReplyHead head,
            Payload payload,
            long heldBytes,
            Instant at,
            long nanos) {}

    KeptReply(CommandRequest request, Times times, EarlyAnswer early, ReplyRules rules, KeptReplies table) {
        super(request.command(), request.caller(), times);
        this.early = early;
        this.rules = rules;
        this.table = table;
        this.hasWait = early.hasWait();
        this.isWaitOver = !hasWait;
    }

    /** Sends it; the request is answered when it is admitted, or has failed, or has ended while its client waits. */
    void start(ReplyParts parts) {
        send(parts);
        Optional<Call> call = parts.call(); // it may have ended meanwhile, and let go of it
        if (call.isPresent()) {
            call.get().admitted().whenComplete((done, failure) -> {
                if (failure == null) {
                    admitted();
                } else {
                    notAdmitted(CommandException.of(failure));
                }
            });
        }
    }

    /** Whether nobody knows yet that it was taken in. */
    boolean isUncertain() {
        return !isAdmitted && !isEnded();
    }

    /** It was taken in: the controller says so, or has it at a member. */
    void admitted() {
        isAdmitted = true;
        saw(CommandState.ADMITTED);
        if (isWaitOver) {
            answerEarly();
        }
    }

    /** The client does not want to wait any longer. */
    void waitOver() {
        isWaitOver = true;
        if (isAdmitted) {
            answerEarly();
        }
    }

    /** Nobody needs to ask for it again: whoever sent it is told now. */
    private void notAdmitted(CommandException failure) {
        if (!isAnswered.getAndSet(true)) {
            table.drop(this);
            give(exchange -> Answer.problem(exchange, Problem.of(failure, id()), rules));
        }
    }

    private void answerEarly() {
        if (!isAnswered.getAndSet(true)) {
            EarlyAnswer given = early;
            give(exchange -> Answer.json(exchange, 202, given.describe(this))
                    .header("Location", "/commands/" + id())
                    .header("Preference-Applied", given.applied())
                    .command(id()));
        }
    }

    private void give(EarlyAnswer.Content content) {
        EarlyAnswer given = early;
        early = null; // and with it the request
        stopWaiting();
        given.give(content);
    }

    /** Has {@link #waitOver} called by that timer, which is not needed any more once the request is answered. */
    void timer(Future<?> timer) {
        waitTimer = timer;
        if (isAnswered.get()) {
            stopWaiting();
        }
    }

    private void stopWaiting() {
        Future<?> timer = waitTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** The client is gone before it was answered. The command goes on. */
    void clientGone() {
        if (!isAnswered.getAndSet(true)) {
            give(exchange -> {});
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Part part) {
        switch (part.status()) {
            case ACCEPTED -> {
                saw(CommandState.ACCEPTED);
                accepted = Optional.of(part);
            }
            case DATA -> {
                saw(CommandState.STREAMING);
                gather(part);
            }
            default -> {
                gather(part);
                completed();
            }
        }
    }

    private void gather(Part part) {
        if (first == null) {
            first = part;
        }
        if (lost != null || part.payload().isEmpty()) {
            return;
        }
        long most = table.limits().maxResultBytes();
        if (bytes + part.payload().size() > most) {
            lose(
                    ErrorCode.REPLY_TOO_LARGE,
                    "the reply has more than " + most + " bytes, and was not kept (resultBytes)");
        } else if (!table.hold(part.payload().size())) {
            lose(ErrorCode.OVERLOADED, NO_ROOM);
        } else {
            bytes += part.payload().size();
            pieces.add(part.payload());
        }
    }

    /** The command goes on: what it does may matter more than its reply. */
    private void lose(ErrorCode code, String message) {
        lost = CommandError.of(code, Outcome.REPLY_LOST, Stage.RETURN, message + " of io.sommelier.gateway.http");
        forget();
    }

    private void forget() {
        table.letGo(bytes);
        bytes = 0;
        pieces = List.of();
    }

    private void completed() {
        ReplyHead head = ReplyHead.of(accepted, first);
        long ofHeaders = head.whole().encodedSize() + head.first().encodedSize();
        if (lost == null && !table.hold(ofHeaders)) {
            lose(ErrorCode.OVERLOADED, NO_ROOM);
        }
        if (lost != null) {
            ended(Optional.of(new CommandException(lost)), NO_HEAD, Payload.empty());
            return;
        }
        bytes += ofHeaders;
        ended(Optional.empty(), head, pieces.size() == 1 ? pieces.get(0) : Payload.join(pieces));
    }

    @Override
    public void onError(Throwable reason) {
        forget();
        ended(Optional.of(keepable(CommandException.of(reason))), NO_HEAD, Payload.empty());
    }

    /** With what the worker sent beside the error, if there is room. */
    private CommandException keepable(CommandException failure) {
        long more = failure.part()
                .map(part -> (long) part.payload().size() + part.headers().encodedSize())
                .orElse(0L);
        if (more <= table.limits().maxResultBytes() && table.hold(more)) {
            bytes = more;
            return failure;
        }
        return new CommandException(Part.failed(failure.error()).build());
    }

    @Override
    public void onComplete() {
        // the terminal said so
    }

    private void ended(Optional<CommandException> failure, ReplyHead head, Payload payload) {
        end = new End(
                failure,
                head,
                payload,
                ENTRY_BYTES + bytes,
                table.times().now(),
                table.times().nanos());
        saw(
                failure.isEmpty()
                        ? CommandState.COMPLETED
                        : failure.get().part().map(CommandState::of).orElse(CommandState.FAILED));
        pieces = List.of();
        first = null;
        accepted = Optional.empty();
        letGoOfPayload();
        table.ended(this);
        if (hasWait && !isAnswered.getAndSet(true)) {
            if (failure.isPresent() && !isAdmitted) {
                table.drop(this);
            } else {
                table.fetched(this);
            }
            give(this::answerReply);
        }
    }

    /** Answers a request for the reply; only after the end. */
    void answerReply(Exchange exchange) {
        End known = end;
        if (known.failure().isPresent()) {
            Answer.problem(exchange, Problem.of(known.failure().get(), id()), rules);
        } else {
            Answer.whole(exchange, known.head(), known.payload(), rules).command(id());
        }
    }

    /** When it ended, on the monotonic clock; only after the end. */
    long endedNanos() {
        return end.nanos();
    }

    /** What it holds, as it is counted; only after the end. */
    long heldBytes() {
        return end.heldBytes();
    }

    /** Whether another command may take its id: nothing of it was executed. */
    boolean givesIdFree() {
        End known = end;
        return known != null
                && known.failure()
                        .map(failure -> failure.error().outcome())
                        .filter(outcome -> outcome == Outcome.NOT_SENT || outcome == Outcome.REFUSED)
                        .isPresent();
    }

    @Override
    void writeEnd(JsonGenerator json, Times times) throws IOException {
        End known = end;
        if (known == null) {
            return;
        }
        json.writeStringField("ended", known.at().toString());
        json.writeNumberField("tookMillis", (known.nanos() - submittedNanos()) / 1_000_000);
        json.writeStringField(
                "keptUntil", known.at().plus(table.limits().retention()).toString());
        if (known.failure().isPresent()) {
            Problem problem = Problem.of(known.failure().get(), id());
            json.writeStringField(
                    "outcome", known.failure().get().error().outcome().name());
            json.writeFieldName("error");
            problem.write(json);
            return;
        }
        json.writeFieldName("reply");
        json.writeStartObject();
        json.writeNumberField("status", known.head().status(known.payload().isEmpty()));
        json.writeStringField("href", "/commands/" + id() + "/reply");
        KeptPayload payload = new KeptPayload(known.head().type(), known.payload());
        if (known.payload().size() <= MOST_SHOWN_BYTES) {
            payload.write(json);
        } else {
            payload.writeSize(json);
        }
        json.writeEndObject();
    }
}
