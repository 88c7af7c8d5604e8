/** A sender of commands that is just a component. */
package io.sommelier.examples.caller;
