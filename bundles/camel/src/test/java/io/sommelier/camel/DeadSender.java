package io.sommelier.camel;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.ReplyListener;
import io.sommelier.api.Stage;

/** A sender that breaks its promise and throws. */
final class DeadSender implements CommandSender {
    @Override
    public Call send(Command command) {
        throw new CommandException(
                CommandError.of(ErrorCode.DRAINING, Outcome.NOT_SENT, Stage.SEND_QUEUE, "it is dead"));
    }

    @Override
    public Call send(Command command, ReplyListener listener) {
        return send(command);
    }
}
