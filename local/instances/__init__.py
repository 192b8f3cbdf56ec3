"""Instances that run as processes of this machine, behind the emulator's Auto Scaling and ELB.

`machine` is one instance: a directory, an address of the loopback network, its surroundings.
`processes` starts and ends what belongs to it, `units` keeps its services running, `metadata`
answers its metadata service and its stand-in programs (`programs`). The emulator's
side: `groups` brings the machines to what Auto Scaling groups say, `balancers`, `tasks`,
`databases` and `beanstalk` do it for ELB, ECS, RDS and Elastic Beanstalk, `settling` lets stacks
wait for them. docs/local.md says what is real and what stands in for it.
"""
