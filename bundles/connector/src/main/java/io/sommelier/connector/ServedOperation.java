package io.sommelier.connector;

import io.sommelier.api.CommandHandler;

/**
 * What serves an operation. Immutable.
 *
 * @param handler executes the commands
 * @param direct whether it runs on the I/O thread
 */
record ServedOperation(CommandHandler handler, boolean direct) {}
