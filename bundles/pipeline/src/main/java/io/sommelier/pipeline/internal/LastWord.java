package io.sommelier.pipeline.internal;

import io.sommelier.api.CommandException;

/** How a FAILED part that must not be held up goes up: through the handlers that run on errors, without waiting for any of them. */
final class LastWord {
    private LastWord() {}

    /** Those that block get a copy of the context, and run beside. */
    static void pass(Snapshot chain, CommandContext context) {
        for (Step step : chain.upSteps) {
            if (step.runsOnError && !step.blocking) {
                call(step, context);
            } else if (step.runsOnError) {
                CommandContext beside = new CommandContext(context, context.part);
                chain.engine.pool.always(() -> call(step, beside));
            }
        }
    }

    private static void call(Step step, CommandContext context) {
        try {
            step.call(context);
        } catch (VirtualMachineError e) {
            throw e;
        } catch (CommandException e) {
            // it failed already, and the first failure counts
        } catch (Throwable e) {
            step.failed(e);
        }
    }
}
