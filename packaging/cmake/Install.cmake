# What a package holds: the programs, the resources and the starter data.
include(GNUInstallDirs)
foreach(program koala koala-torch koala-workbench)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    endif()
endforeach()
install(DIRECTORY resources/recipes DESTINATION ${CMAKE_INSTALL_DATADIR}/koala-workbench/resources
        OPTIONAL)
install(DIRECTORY datasets DESTINATION ${CMAKE_INSTALL_DATADIR}/koala-workbench)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/koala-workbench)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME koala-workbench)
set(CPACK_PACKAGE_CONTACT "Koala Workbench developers")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Assemble dialogue mixtures, fine-tune, chat and compare.
 The sources are under Apache-2.0. The program koala-workbench links QCustomPlot and is distributed
 under GPL-3.0-or-later.")
include(CPack)
