package io.sommelier.gateway.http.internal.command;

import com.fasterxml.jackson.core.JsonGenerator;
import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Part;
import io.sommelier.api.ReplyParts;
import io.sommelier.api.Target;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.CommandView;
import io.sommelier.gateway.http.internal.request.Caller;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Flow;

/** A command that a request sent, and what is known of it here. Thread-safe. */
abstract class SentCommand implements Flow.Subscriber<Part> {
    private final CommandId id;
    private final Caller caller;
    private final Target target;
    private final String operation;
    private final boolean isDurable;
    private final boolean isIdempotent;
    private final Duration ttl;
    private final Instant submitted;
    private final long submittedNanos;
    private volatile ReplyParts reply;
    private volatile CommandState seen = CommandState.SUBMITTED;

    SentCommand(Command command, Caller caller, Times times) {
        this.id = command.id();
        this.caller = caller;
        this.target = command.target();
        this.operation = command.operation();
        this.isDurable = command.durable();
        this.isIdempotent = command.idempotent();
        this.ttl = command.ttl();
        this.submitted = times.now();
        this.submittedNanos = times.nanos();
    }

    final CommandId id() {
        return id;
    }

    final Caller caller() {
        return caller;
    }

    final boolean isDurable() {
        return isDurable;
    }

    final long submittedNanos() {
        return submittedNanos;
    }

    /** Sends it; parts come to this. */
    final void send(ReplyParts parts) {
        reply = parts;
        parts.subscribe(this);
    }

    /** The call; empty when it could not be made, and before. */
    final Optional<Call> call() {
        ReplyParts sent = reply;
        return sent == null ? Optional.empty() : sent.call();
    }

    /** Keeps no more of it than is shown: its payload may be large. */
    final void letGoOfPayload() {
        reply = null;
    }

    /** Gives it up; its end comes as that of any other. */
    final void cancel(String reason) {
        call().ifPresent(call -> call.cancel(reason));
    }

    /** Keeps how far it is known to be, unless more is known. */
    final void saw(CommandState state) {
        if (state.compareTo(seen) > 0) {
            seen = state;
        }
    }

    /** How far it is known to be here. */
    final CommandState seen() {
        return seen;
    }

    /** Whether it has ended. */
    final boolean isEnded() {
        return seen.isEnd();
    }

    /**
     * Writes what is known of it as members of an object.
     *
     * @param live what the controller knows, while it has not ended
     */
    final void write(JsonGenerator json, Optional<CommandView> live, Times times) throws IOException {
        json.writeStringField("id", id.toString());
        json.writeStringField("target", target.targetId());
        if (target.namesInstance()) {
            json.writeStringField("instance", target.instance());
        }
        json.writeStringField("operation", operation);
        boolean isOver = isEnded();
        CommandState state = seen;
        if (!isOver && live.isPresent() && live.get().state().compareTo(state) > 0) {
            state = live.get().state();
        }
        json.writeStringField("state", state.name());
        json.writeBooleanField("durable", isDurable);
        json.writeBooleanField("idempotent", isIdempotent);
        json.writeStringField("submitted", submitted.toString());
        json.writeNumberField("ttlMillis", ttl.toMillis());
        if (!isOver) {
            json.writeNumberField("ageMillis", (times.nanos() - submittedNanos) / 1_000_000);
            if (live.isPresent()) {
                writeLive(json, live.get());
            }
        }
        writeEnd(json, times);
    }

    private static void writeLive(JsonGenerator json, CommandView live) throws IOException {
        json.writeNumberField("attempt", live.attempt());
        json.writeNumberField("remainingMillis", live.remaining().toMillis());
        if (!live.holder().isEmpty()) {
            json.writeStringField("holder", live.holder());
        }
    }

    /** Writes how it ended, if it has. */
    abstract void writeEnd(JsonGenerator json, Times times) throws IOException;
}
