"""What makes a runner a process of its own, below a supervisor.

Channel      what it tells the supervisor
Lifeline     what the supervisor tells it, from its first moment on
Stopper      from orders and signals to the runner's end
exit         ends the process, whatever lingers in it
"""
