package io.sommelier.camel.internal;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Stage;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The sender of one bundle, which comes and goes with the controller. While there is none, commands fail at once. Thread-safe. */
final class BundleSender implements CommandSender {
    private volatile CommandSender present;

    /** Takes the sender that is there, or {@code null}. */
    void present(CommandSender sender) {
        present = sender;
    }

    @Override
    public Call send(Command command) {
        CommandSender sender = present;
        return sender == null ? new NotSent(command.id()) : sender.send(command);
    }

    @Override
    public Call send(Command command, ReplyListener listener) {
        CommandSender sender = present;
        if (sender != null) {
            return sender.send(command, listener);
        }
        NotSent call = new NotSent(command.id());
        listener.part(call, Part.failed(call.failure.error()).build());
        return call;
    }

    /** A call that has ended. */
    private static final class NotSent implements Call {
        private final CommandId id;
        private final CommandException failure = new CommandException(new CommandError(
                ErrorCode.CONTROLLER_GONE,
                Outcome.NOT_SENT,
                true,
                Stage.SEND_QUEUE,
                "there is no controller in this Karaf"));

        NotSent(CommandId id) {
            this.id = id;
        }

        @Override
        public CommandId id() {
            return id;
        }

        @Override
        public CompletionStage<Void> admitted() {
            return CompletableFuture.failedStage(failure);
        }

        @Override
        public CompletionStage<Reply> result() {
            return CompletableFuture.failedStage(failure);
        }

        @Override
        public void request(long bytes) {
            // it has ended
        }

        @Override
        public void cancel(String reason) {
            // it has ended
        }
    }
}
