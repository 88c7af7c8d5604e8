package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.spi.Pipeline;
import io.sommelier.spi.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** A pipeline whose runs wait until the test passes them on, both ways. For one thread at a time. */
final class HandPipeline implements Pipeline {
    final List<HandRun> runs = new ArrayList<>();
    boolean passesUp = true;

    /** What a handler makes of a part on its way up. */
    UnaryOperator<Part> change = UnaryOperator.identity();

    @Override
    public Run open(Command command, Principal principal, String source, End end) {
        HandRun run = new HandRun(command, principal, source, end);
        runs.add(run);
        return run;
    }

    HandRun last() {
        return runs.get(runs.size() - 1);
    }

    /** One command in the chain. */
    final class HandRun implements Run {
        final Command command;
        final Principal principal;
        final String source;
        final End end;
        final List<Part> up = new ArrayList<>();
        boolean down;

        HandRun(Command command, Principal principal, String source, End end) {
            this.command = command;
            this.principal = principal;
            this.source = source;
            this.end = end;
        }

        @Override
        public void down() {
            down = true;
        }

        @Override
        public void up(Part part) {
            up.add(part);
            if (passesUp) {
                end.send(change.apply(part));
            }
        }

        void passDown() {
            end.execute(command);
        }
    }
}
