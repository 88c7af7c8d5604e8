package io.sommelier.gateway.http;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.CommandSender;
import io.sommelier.api.Part;
import io.sommelier.api.Reply;
import io.sommelier.api.ReplyListener;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Every command fails at once with the error that the test sets. */
final class FailingSender implements CommandSender {
    volatile CommandError error;

    @Override
    public Call send(Command command) {
        return send(command, (call, part) -> {});
    }

    @Override
    public Call send(Command command, ReplyListener listener) {
        Call call = new Failed(command.id(), error);
        listener.part(call, Part.failed(error).build());
        return call;
    }

    private record Failed(CommandId id, CommandError error) implements Call {
        @Override
        public CompletionStage<Void> admitted() {
            return CompletableFuture.failedStage(new CommandException(error));
        }

        @Override
        public CompletionStage<Reply> result() {
            return CompletableFuture.failedStage(new CommandException(error));
        }

        @Override
        public void request(long bytes) {}

        @Override
        public void cancel(String reason) {}
    }
}
